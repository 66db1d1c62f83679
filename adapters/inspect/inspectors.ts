/** Every inspector of this package: no other object may see the unredacted events of a client. */
export const inspectors = new WeakSet<object>()

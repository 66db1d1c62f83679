/**
 * Whether this is a page of the web, which alone anybody is led to: an address a server answers can
 * be a script (`javascript:`, `data:`) or a call to another app. Apps that live under a scheme of
 * their own are led back to by the provider, not from here.
 */
export const isPage = (address: string): boolean => /^https?:\/\//i.test(address)

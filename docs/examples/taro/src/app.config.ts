export default {
  pages: ['pages/sign-in/index'],
  window: { navigationBarTitleText: 'Paperboat', navigationBarTextStyle: 'black' },
}

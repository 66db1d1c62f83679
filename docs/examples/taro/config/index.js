module.exports = {
  projectName: 'paperboat',
  designWidth: 750,
  deviceRatio: { 750: 1 },
  sourceRoot: 'src',
  outputRoot: `dist/${process.env.TARO_ENV}`,
  framework: 'react',
  compiler: { type: 'webpack5', prebundle: { enable: false } },
  // Mini-programs have no import(), and older phones parse no younger syntax.
  mini: {
    compile: {
      include: [(file) => /node_modules.(cloudbase-authflow|xstate|ofetch|superjson)/.test(file)],
    },
  },
  h5: { publicPath: '/', staticDirectory: 'static' },
}

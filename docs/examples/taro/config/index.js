// Mini-programs have no import(), and Taro's minifier writes private names of classes as #"name", which no browser parses.
const include = [(file) => /node_modules.(cloudbase-authflow|xstate|ofetch|superjson)/.test(file)]

module.exports = {
  projectName: 'paperboat',
  designWidth: 750,
  deviceRatio: { 750: 1 },
  sourceRoot: 'src',
  outputRoot: `dist/${process.env.TARO_ENV}`,
  framework: 'react',
  compiler: { type: 'webpack5', prebundle: { enable: false } },
  mini: { compile: { include } },
  h5: { publicPath: '/', staticDirectory: 'static', compile: { include } },
}

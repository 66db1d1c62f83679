// Mini-programs have no import(), and Taro's minifier writes private names of classes as #"name", which no browser parses.
const include = [(file) => /node_modules.(cloudbase-authflow|xstate|ofetch|superjson)/.test(file)]

// Of those import() becomes require(), which webpack leaves alone in a package of ES modules.
const includeRequires = (chain) =>
  chain.module
    .rule('authflow')
    .test(/node_modules.cloudbase-authflow/)
    .type('javascript/auto')

module.exports = {
  projectName: 'paperboat',
  designWidth: 750,
  deviceRatio: { 750: 1 },
  sourceRoot: 'src',
  outputRoot: `dist/${process.env.TARO_ENV}`,
  framework: 'react',
  compiler: { type: 'webpack5', prebundle: { enable: false } },
  mini: { compile: { include }, webpackChain: includeRequires },
  h5: { publicPath: '/', staticDirectory: 'static', compile: { include } },
}

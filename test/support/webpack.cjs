/** Bundles modules with webpack and prints what it warns of: `node webpack.cjs <package> <app> <module>…`. */
const [name, app, ...modules] = process.argv.slice(2)
const webpack = require(name)

const configurations = modules.map((entry) => ({
  mode: 'production',
  context: app,
  entry,
  output: { path: app, filename: `${name}.js` },
  externals: [/^(lit|react|vue|svelte)(\/|$)/],
  optimization: { minimize: false },
  performance: { hints: false },
}))
webpack(configurations, (failure, stats) => {
  if (failure) throw failure
  const textOf = (problem) => problem.message ?? problem
  const outcomes = stats.stats.map((each) => {
    const { errors, warnings } = each.toJson({ all: false, errors: true, warnings: true })
    return [...errors, ...warnings].map(textOf)
  })
  console.log(JSON.stringify(outcomes))
})

// Writes the bundle to the path given, or to its place: the same bytes each time from the same package-lock.json.
import { build } from 'esbuild';

const licence = '/*! @hpke/core 1.9.0 with @hpke/common 1.10.1, (c) 2023-2024 Ajitomi Daisuke, MIT licence. Built by `make seal`. */';

await build({
  entryPoints: ['hpke.js'],
  bundle: true,
  minify: true,
  format: 'esm',
  target: 'es2022',
  charset: 'utf8',
  legalComments: 'none',
  banner: { js: licence },
  outfile: process.argv[2] ?? '../../webhook/static/seal-hpke.js',
});

// Serves the functions that a module of the tests exports, to the process that has forked this one: see apart.ts.
import { register } from 'node:module';

register('./typescript-hooks.mjs', import.meta.url);
const functions = await import(process.argv[2]);

process.on('message', ({ id, name, args }) => {
  Promise.resolve()
    .then(() => functions[name](...args))
    .then(
      (result) => process.send({ id, result }),
      (error) => process.send({ id, error: String(error?.stack ?? error) }),
    );
});
process.on('disconnect', () => process.exit());

// Loaded into every child before its own code: it ends with the benchmark, however that ends.
function end(): void {
  process.kill(process.pid, 'SIGKILL');
}

process.on('disconnect', end);
// Before we listened.
if (!process.connected) end();

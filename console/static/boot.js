// Starts the console, or says why it cannot start.
import start from './console.js';

const words = document.getElementById('boot-words');
try {
  await start({ module_or_path: new URL('console_bg.wasm', import.meta.url) });
  document.getElementById('boot').remove();
} catch (error) {
  console.error(error);
  words.textContent = 'The console could not start in this browser. Load the page again; if that does not help, use a current Chrome, Edge, Firefox or Safari.';
}

// Fetches the parts of the program that are not in its first file (xtask/src/split.rs), each when it is asked for. A part fits the
// build that it was cut from and no other: its hash stands here, and a file of another build counts as one that is not there.
import { initSync } from './console.js';

// The files of each part, with their hashes; and what they take from the first file, by both names.
const FILES = __FILES__;
const SHARED = __SHARED__;

const placed = {};

async function fetchFile(name, integrity) {
  const first = initSync();
  const shared = Object.fromEntries(Object.entries(SHARED).map(([theirs, ours]) => [theirs, first[ours]]));
  const file = fetch(new URL(name, import.meta.url), { integrity });
  await WebAssembly.instantiateStreaming(file, { __wasm_split: shared });
}

/** Puts a file beside the first one: once, for it brings its data along. One that failed may be asked for again. */
function place([name, integrity]) {
  placed[name] ??= fetchFile(name, integrity).catch((error) => {
    delete placed[name];
    throw error;
  });
  return placed[name];
}

/** Tells the program, by its own table of functions, whether the part is here. */
const part = (name) => async (callback, about) => {
  const here = await Promise.all(FILES[name].map(place)).then(() => true, () => false);
  initSync()[SHARED.__indirect_function_table].get(callback)(about, here);
};

export const __wasm_split_load_lead = part('lead');
export const __wasm_split_load_office = part('office');

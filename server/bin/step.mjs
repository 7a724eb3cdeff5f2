// One line on the screen for each thing that is made ready; the noise of a tool is shown only when it fails.
// @ts-check

import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { fileURLToPath } from 'node:url';
import { stripVTControlCharacters } from 'node:util';

/** The repository's folder, with a closing slash. */
export const repository = fileURLToPath(new URL('../../', import.meta.url));

/** A tool that failed: what it printed, and in the message what to do about it. */
export class StepError extends Error {
  /** @param {string} message @param {string} output */
  constructor(message, output) {
    super(message);
    this.output = output;
  }
}

/**
 * Says what is being done, does it, and closes the line with the seconds it took. On failure shows the tool's output
 * and ends the process with code 1.
 *
 * @template T
 * @param {string} title
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function step(title, work) {
  const startedAt = Date.now();
  process.stderr.write(`${title} ... `);
  try {
    const result = await work();
    process.stderr.write(`${toSeconds(startedAt)}\n`);
    return result;
  } catch (error) {
    process.stderr.write(`failed after ${toSeconds(startedAt)}\n`);
    if (!(error instanceof StepError)) throw error;
    process.stderr.write(`\n${toEnd(error.output)}\n\n${error.message}\n`);
    process.exit(1);
  }
}

// The reason stands in the last lines; what comes before is progress.
const linesMax = 80;

/** @param {string} output */
function toEnd(output) {
  return stripVTControlCharacters(output).trimEnd().split('\n').slice(-linesMax).join('\n');
}

const plainOutput = { NO_COLOR: '1', npm_config_loglevel: 'error' };

/**
 * Runs a tool to its end, keeping its output. Throws a StepError with the advice when it fails.
 *
 * @param {string} command
 * @param {string[]} args
 * @param {{ advice: string, cwd?: string, env?: Record<string, string> }} options
 */
export async function runQuietly(command, args, { advice, cwd = repository, env = {} }) {
  /** @type {Buffer[]} */
  const printed = [];
  const child = spawn(command, args, {
    cwd,
    env: { ...process.env, ...plainOutput, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  child.stdout.on('data', (chunk) => printed.push(chunk));
  child.stderr.on('data', (chunk) => printed.push(chunk));
  const outcome = await new Promise((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('close', (code, signal) => resolve(code === 0 ? 'ok' : `${command} ended with ${signal ?? code}.`));
  });
  const output = Buffer.concat(printed).toString();
  if (outcome !== 'ok') throw new StepError(advice, `${output}\n${outcome}`);
  return output;
}

/**
 * Runs a program on this terminal, passes signals on to it, and answers with its exit code.
 *
 * @param {string} command
 * @param {string[]} args
 * @param {{ cwd?: string, env?: Record<string, string> }} [options]
 * @returns {Promise<number>}
 */
export async function runLoudly(command, args, { cwd = repository, env = {} } = {}) {
  const child = spawn(command, args, { cwd, env: { ...process.env, ...env }, stdio: 'inherit' });
  const stopPassing = passSignals(child);
  try {
    return await waitForExit(child);
  } finally {
    stopPassing();
  }
}

/**
 * Passes our signals on to the child. Ctrl-C in a terminal reaches it by itself, and a second interrupt would cut its
 * orderly stop short.
 *
 * @param {import('node:child_process').ChildProcess} child
 */
export function passSignals(child) {
  /** @param {NodeJS.Signals} signal */
  const pass = (signal) => {
    if (signal !== 'SIGINT' || !process.stdin.isTTY) child.kill(signal);
  };
  for (const signal of passedSignals) process.on(signal, pass);
  return () => {
    for (const signal of passedSignals) process.off(signal, pass);
  };
}

const passedSignals = /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP']);

/**
 * The child's exit code; for a child ended by a signal what a shell would say, 128 and the signal's number.
 *
 * @param {import('node:child_process').ChildProcess} child
 * @returns {Promise<number>}
 */
export function waitForExit(child) {
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code, signal) => resolve(code ?? 128 + (signal === null ? 0 : constants.signals[signal])));
  });
}

/** @param {number} startedAt */
export function toSeconds(startedAt) {
  return `${((Date.now() - startedAt) / 1000).toFixed(1)} s`;
}

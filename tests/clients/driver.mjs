// Runs a plan: many sessions, one after the other, one JSON line per step on stdout.
// The plan's shape and the meaning of the steps are in README.md.

import { readFileSync } from 'node:fs';
import { Session } from './steps.mjs';

const STEP_MS_MAX = 20_000;

/** Reads the plan named on the command line and runs it with the given library. */
export async function drive(library) {
  const plan = JSON.parse(readFileSync(process.argv[2], 'utf8'));
  for (const run of plan.runs) await runOne(library, run);
  process.exit(0); // a client that failed half-way may hold sockets or children
}

async function runOne(library, run) {
  const session = new Session(library, run);
  for (const step of run.steps) {
    const outcome = await outcomeOf(session, step);
    process.stdout.write(`${JSON.stringify({ run: run.id, step: step.as ?? step.do, ...outcome })}\n`);
    if (step.do === 'connect' && !outcome.ok) break;
  }
  await Promise.race([session.close().catch(() => {}), timer(2_000)]);
}

async function outcomeOf(session, step) {
  const expired = timer(STEP_MS_MAX).then(() => {
    throw new Error(`no answer within ${STEP_MS_MAX} ms`);
  });
  try {
    return { ok: true, detail: await Promise.race([session.perform(step), expired]) };
  } catch (error) {
    return { ok: false, detail: { error: described(error) } };
  }
}

/** The code and text of an error. In the modern era v2 leaves a JSON-RPC error of HTTP 404 in its own error's text. */
function described(error) {
  const message = String(error?.message ?? error);
  const body = /\{"jsonrpc".*\}$/s.exec(message);
  if (!body) return { code: error?.code ?? null, message };
  const { code, message: said } = JSON.parse(body[0]).error;
  return { code, message: said };
}

/** A promise for later that does not keep the process alive. */
function timer(ms) {
  return new Promise((resolve) => setTimeout(resolve, ms).unref());
}

import {afterAll, beforeAll, expect, test} from 'vitest';
import {capture} from '../support/pgoutput-capture.ts';
import {pgoutputCases, SETUP, TEARDOWN} from '../support/pgoutput-cases.ts';
import {type TestDatabase, testDatabase} from '../support/postgres.ts';
import {serverMajor} from '../support/server-version.ts';
import {decoder} from '../support/told.ts';

/** That the decoder understands the server at hand; `pgoutput.test.ts` has fixed bytes. */

/** 14 tells no origin that a session got within its transaction. Nothing of ours asks for it. */
const toldHere = (text: string): boolean => major >= 15 || !text.startsWith('origin ');
const major = await serverMajor();

let database: TestDatabase;

beforeAll(async () => {
  database = await testDatabase();
  await database.query(SETUP);
});
afterAll(async () => {
  await database.query(TEARDOWN);
  await database.drop();
});

test.each(pgoutputCases)('$statement', async ({statement, told}) => {
  const {decode, told: tell} = decoder();
  const messages = await capture(database, [statement]);
  expect(messages.map((bytes) => tell(decode(bytes)))).toEqual(told.filter(toldHere));
});

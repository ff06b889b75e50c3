import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestBackend, type TestBackend } from '../../testing/test-backend.ts';
import { createTestCaller, type TestCaller } from '../../testing/test-caller.ts';
import { refusalOf } from '../auth/auth-testing.ts';
import { seen, untilAskedOnce } from '../hitl/hitl-testing.ts';
import { ask } from './agent-testing.ts';

let test: TestBackend;
let user: TestCaller;
beforeAll(async () => {
  test = await createTestBackend();
  user = await createTestCaller(test.backend);
});
afterAll(async () => await test[Symbol.asyncDispose]());

describe('agent.wait', () => {
  it('knows nothing of runs of others', async () => {
    const { runId } = await ask(user, '#say hi');
    const stranger = await createTestCaller(test.backend);
    await expect(refusalOf(stranger.call.agent.wait({ runId }))).resolves.toMatchObject({
      code: 'NOT_FOUND',
    });
    await expect(refusalOf(stranger.call.agent.view({ runId }))).resolves.toMatchObject({
      code: 'NOT_FOUND',
    });
  });

  it('answers with what was said once the run has ended, and at once from then on', async () => {
    const { runId } = await ask(user, '#delay 5\n#repeat 20 word');
    const outcome = await user.call.agent.wait({ runId });
    expect(outcome).toMatchObject({ run: { status: 'completed' }, usage: { outputTokens: 20 } });
    expect(outcome.answer?.text).toMatch(/^word 1 .*word 20$/);
    expect(await user.call.agent.wait({ runId, timeoutMs: 0 })).toEqual(outcome);
    expect(await user.call.agent.view({ runId })).toEqual(outcome.run);
  });

  it('answers once the run waits for a person, and goes on waiting when it does not any more', async () => {
    const asked = await ask(
      user,
      '#tool ask_user {"question":"Which?","options":["this","that"]}\n#say good',
    );
    expect(await user.call.agent.wait(asked)).toMatchObject({ run: { status: 'waiting' }, answer: null });
    const approval = await untilAskedOnce(user, asked);
    await user.call.hitl.respond({ ...seen(approval), answer: 'this' });
    expect(await user.call.agent.wait(asked)).toMatchObject({
      run: { status: 'completed' },
      answer: { text: 'good' },
    });
  });

  it('answers where the run stands when the time is up', async () => {
    const asked = await ask(user, '#delay 1000\n#repeat 100 word');
    const { run } = await user.call.agent.wait({ runId: asked.runId, timeoutMs: 50 });
    expect(['queued', 'running']).toContain(run.status);
    await user.call.agent.stop(asked);
  });
});

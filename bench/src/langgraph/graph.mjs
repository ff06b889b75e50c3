// Copied beside an installed LangGraph and run by its server. Two agents: one that answers by itself at once, and one
// that asks the same model as Aura does.
import { END, MessagesAnnotation, START, StateGraph } from '@langchain/langgraph';

const graphOf = (answer) =>
  new StateGraph(MessagesAnnotation)
    .addNode('answer', async ({ messages }) => ({
      messages: [{ role: 'assistant', content: await answer(messages) }],
    }))
    .addEdge(START, 'answer')
    .addEdge('answer', END)
    .compile();

export const trivial = graphOf(() => Promise.resolve('Hello, here is the answer.'));

export const model = graphOf(async (messages) => {
  const response = await fetch(`${process.env.BENCH_MODEL_URL}/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      model: 'aura-offline-mini',
      messages: messages.map(({ content }) => ({ role: 'user', content })),
    }),
  });
  const { choices } = await response.json();
  return choices[0].message.content;
});

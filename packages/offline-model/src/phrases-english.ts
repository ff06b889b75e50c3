import type { Phrases } from './phrases.ts';
import type { Task } from './tasks.ts';

const thoughts: Record<Task['kind'], string> = {
  clock: 'They want to know the time, so I look at the clock.',
  remember: 'There is a fact here that I should keep.',
  recall: 'The answer may be among the facts I was given before.',
  search: 'They are looking for something said earlier, so I search the conversations.',
  post: 'They want something said in a room, so I post it there.',
};

export const english: Phrases = {
  locale: 'en-GB',
  thought: (kinds) =>
    kinds.length === 0
      ? 'No tool fits this message, so I work with its words alone.'
      : kinds.map((kind) => thoughts[kind]).join(' '),
  step: {
    clock: 'Look at the clock',
    remember: 'Keep the fact',
    recall: 'Look through what I remember',
    search: 'Search the conversations',
    post: 'Post it in the room',
  },
  readStep: 'Read the message',
  termsStep: 'Pick out the key terms',
  answerStep: 'Write the answer',
  clock: (instant) => `It is **${instant}**.`,
  clockRaw: 'The clock says:',
  remembered: (key, value) => `Noted. I keep **${value}** under \`${key}\`; ask me for it at any time.`,
  recalled: (key) => (key === undefined ? 'This is what I remember:' : `This is what I have on \`${key}\`:`),
  nothingRecalled: (key) =>
    key === undefined
      ? 'I remember nothing yet. Try `remember that my project is Aura`.'
      : `I have nothing on \`${key}\` yet. Tell me with "remember that my … is …".`,
  found: (query) => `I searched for **${query}** and found:`,
  nothingFound: (query) => `I searched for **${query}** and found nothing. A shorter query may find more.`,
  posted: (text) => `I posted **${text}** in the room.`,
  noTool: (name) => `That takes the tool \`${name}\`, which I was not given here.`,
  failed: (name, problem) => `The tool \`${name}\` did not work: ${problem}`,
  greeting: [
    'Hello! This is what I can do without a language model:',
    '',
    '- tell the **time and date**: `what time is it?`',
    '- **remember** facts: `remember that my project is Aura`, then `what is my project?`',
    '- **search** your conversations: `find the release notes`',
    '- follow a **script**: lines such as `#say hello` or `#plan A | B | C`',
  ].join('\n'),
  overview: 'I read your message. **At a glance:**',
  size: (words, characters) =>
    `**${words} ${words === 1 ? 'word' : 'words'}**, ${characters} ${characters === 1 ? 'character' : 'characters'}`,
  terms: (terms) => `key terms: ${terms}`,
  isQuestion: 'it asks a question, and a real answer takes a real model',
  isStatement: 'it tells me something rather than asking',
  page: (page) => `you are looking at ${page}`,
  place: (messageNumber) => `it is message ${messageNumber} of yours in this conversation`,
  goOn: [
    'From here I can go on in three ways:',
    '',
    '1. keep a fact: `remember that my project is Aura`',
    '2. look for it in earlier conversations: `find …`',
    '3. tell you the time: `what time is it?`',
  ].join('\n'),
  offline:
    '_I am Aura’s offline model: deterministic, without a network. Set `OPENAI_API_KEY` or `OPENAI_BASE_URL` to connect a real one._',
};

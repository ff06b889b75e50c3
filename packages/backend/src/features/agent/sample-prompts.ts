import type { PromptView } from '@aura/contract';

/** What one may ask to begin with, of any deployment: nothing here needs a tool that might not be there. */
const PROMPTS: readonly PromptView[] = [
  { id: 'explain', title: 'Explain', text: 'Explain how a transaction keeps two writers apart.' },
  { id: 'plan', title: 'Plan', text: 'Plan a day for learning the basics of SQL, step by step.' },
  { id: 'write', title: 'Write', text: 'Write a short, friendly reply that moves a meeting to Thursday.' },
  { id: 'remember', title: 'Remember', text: 'Remember that I like short answers.' },
  { id: 'find', title: 'Find', text: 'What did we talk about last time?' },
];

export function samplePrompts(): PromptView[] {
  return [...PROMPTS];
}

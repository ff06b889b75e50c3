import type { Phrases } from './phrases.ts';
import type { Task } from './tasks.ts';

const thoughts: Record<Task['kind'], string> = {
  clock: '시간을 물었으니 시계를 확인합니다.',
  remember: '간직해 둘 사실이 있습니다.',
  recall: '전에 들은 내용 가운데 답이 있을 수 있습니다.',
  search: '전에 나눈 이야기를 찾고 있으니 대화를 검색합니다.',
  post: '방에 남길 말이 있으니 그 방에 올립니다.',
};

export const korean: Phrases = {
  locale: 'ko-KR',
  thought: (kinds) =>
    kinds.length === 0
      ? '맞는 도구가 없어 메시지의 낱말만으로 답합니다.'
      : kinds.map((kind) => thoughts[kind]).join(' '),
  step: {
    clock: '시계 확인하기',
    remember: '사실 기억하기',
    recall: '기억 살펴보기',
    search: '대화 검색하기',
    post: '방에 올리기',
  },
  readStep: '메시지 읽기',
  termsStep: '핵심어 고르기',
  answerStep: '답변 쓰기',
  clock: (instant) => `지금은 **${instant}**입니다.`,
  clockRaw: '시계가 알려 준 내용입니다:',
  remembered: (key, value) => `**${value}** 기억했습니다. \`${key}\` 항목에 두었으니 언제든 물어보세요.`,
  recalled: (key) =>
    key === undefined ? '제가 기억하는 내용입니다:' : `\`${key}\` 항목에 기억하는 내용입니다:`,
  nothingRecalled: (key) =>
    key === undefined
      ? '아직 기억하는 내용이 없습니다. `내 이름은 민수라고 기억해 줘`처럼 말해 보세요.'
      : `\`${key}\` 항목에는 아직 내용이 없습니다. "내 …은 …라고 기억해 줘"라고 알려 주세요.`,
  found: (query) => `**${query}** 검색 결과입니다:`,
  nothingFound: (query) => `**${query}** 검색 결과가 없습니다. 더 짧은 말로 찾아보세요.`,
  posted: (text) => `방에 **${text}** 메시지를 올렸습니다.`,
  noTool: (name) => `이 일에는 \`${name}\` 도구가 필요한데, 여기에서는 쓸 수 없습니다.`,
  failed: (name, problem) => `\`${name}\` 도구가 실패했습니다: ${problem}`,
  greeting: [
    '안녕하세요! 언어 모델 없이도 이런 일을 할 수 있습니다:',
    '',
    '- **시간과 날짜** 알려 드리기: `지금 몇 시야?`',
    '- **기억하기**: `내 이름은 민수라고 기억해 줘`, 그다음 `내 이름이 뭐야?`',
    '- 대화 **검색하기**: `회의 내용 찾아줘`',
    '- **스크립트** 따르기: `#say 안녕` 또는 `#plan A | B | C` 같은 줄',
  ].join('\n'),
  overview: '메시지를 읽었습니다. **한눈에 보면:**',
  size: (words, characters) => `**낱말 ${words}개**, 글자 ${characters}개`,
  terms: (terms) => `핵심어: ${terms}`,
  isQuestion: '질문이며, 제대로 된 답은 실제 모델이 할 수 있습니다',
  isStatement: '질문이 아니라 알려 주는 말입니다',
  page: (page) => `지금 보고 있는 페이지: ${page}`,
  place: (messageNumber) => `이 대화에서 보낸 ${messageNumber}번째 메시지입니다`,
  goOn: [
    '이어서 할 수 있는 일:',
    '',
    '1. 사실 기억하기: `내 프로젝트는 아우라라고 기억해 줘`',
    '2. 지난 대화에서 찾기: `회의 내용 찾아줘`',
    '3. 시간 알려 드리기: `지금 몇 시야?`',
  ].join('\n'),
  offline:
    '_저는 네트워크 없이 정해진 대로 답하는 Aura의 오프라인 모델입니다. 실제 모델을 연결하려면 `OPENAI_API_KEY` 또는 `OPENAI_BASE_URL`을 설정하세요._',
};

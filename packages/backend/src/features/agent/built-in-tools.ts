import type { Tool } from './tool.ts';
import { askUser } from './tools/ask-user.ts';
import { clockNow } from './tools/clock-now.ts';
import { httpFetch } from './tools/http-fetch.ts';
import { httpSend } from './tools/http-send.ts';
import { postToRoom } from './tools/post-to-room.ts';
import { recall } from './tools/recall.ts';
import { remember } from './tools/remember.ts';
import { searchConversations } from './tools/search-conversations.ts';
import { updatePlan } from './tools/update-plan.ts';

export const builtInTools: readonly Tool[] = [
  clockNow,
  searchConversations,
  remember,
  recall,
  updatePlan,
  askUser,
  httpFetch,
  httpSend,
  postToRoom,
];

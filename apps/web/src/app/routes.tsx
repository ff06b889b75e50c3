import { lazy, type ReactElement, Suspense, useEffect } from 'react';
import { Route, Routes } from 'react-router';
import { NewConversationPage } from '../conversation/new-conversation-page.tsx';
import { NotFound } from './not-found.tsx';
import { Shell } from './shell.tsx';
import { Splash } from './splash.tsx';

const loadConversationPage = () => import('../conversation/conversation-page.tsx');
const ConversationPage = lazy(async () => ({ default: (await loadConversationPage()).ConversationPage }));

export function AppRoutes(): ReactElement {
  // Markdown is the heaviest part: fetched apart from the start, but before the first question is typed.
  // A failure here is not one yet: opening a conversation fetches again.
  useEffect(() => void loadConversationPage().catch(() => undefined), []);
  return (
    <Routes>
      <Route element={<Shell />}>
        <Route index element={<NewConversationPage />} />
        <Route
          path="c/:conversationId"
          element={
            <Suspense fallback={<Splash />}>
              <ConversationPage />
            </Suspense>
          }
        />
        <Route path="*" element={<NotFound />} />
      </Route>
    </Routes>
  );
}

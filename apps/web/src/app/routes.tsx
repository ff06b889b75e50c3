import type { ReactElement } from 'react';
import { Route, Routes } from 'react-router';
import { InboxPage } from '../approvals/inbox-page.tsx';
import { ConversationPage } from '../conversation/conversation-page.tsx';
import { NewConversationPage } from '../conversation/new-conversation-page.tsx';
import { RoomPage } from '../rooms/room-page.tsx';
import { RoomsPage } from '../rooms/rooms-page.tsx';
import { NotFound } from './not-found.tsx';
import { Shell } from './shell.tsx';

export function AppRoutes(): ReactElement {
  return (
    <Routes>
      <Route element={<Shell />}>
        <Route index element={<NewConversationPage />} />
        <Route path="c/:conversationId" element={<ConversationPage />} />
        <Route path="rooms" element={<RoomsPage />} />
        <Route path="rooms/:roomId" element={<RoomPage />} />
        <Route path="approvals" element={<InboxPage />} />
        <Route path="*" element={<NotFound />} />
      </Route>
    </Routes>
  );
}

import { type ComponentProps, type ReactElement, useMemo } from 'react';
import { Markdown } from '../conversation/markdown.tsx';
import { markMentions } from './mark-mentions.ts';
import { useRoomScene } from './room-context.ts';

type Plugins = ComponentProps<typeof Markdown>['rehypePlugins'];

/** What somebody wrote, with those it names set apart. */
export function MessageText({ text }: { text: string }): ReactElement {
  const { members, reader } = useRoomScene();
  const own = reader.member?.name;
  const hasNames = text.includes('@');
  const plugins = useMemo((): Plugins => {
    const names = [...members.map(({ name }) => name), 'agent'];
    return hasNames ? [[markMentions, { names, own }]] : [];
  }, [hasNames, members, own]);
  return <Markdown text={text} isLive={false} rehypePlugins={plugins} />;
}

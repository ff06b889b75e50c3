import { useCallback } from 'react';
import { useTranslation } from 'react-i18next';
import { en } from '../i18n/en.ts';

type KnownTool = keyof typeof en.conversation.tools;

/** What a tool is called on screen: in the reader's language when the app knows it, else by its name. */
export function useToolLabel(): (toolName: string) => string {
  const { t } = useTranslation();
  return useCallback(
    (toolName: string) => (isKnown(toolName) ? t(`conversation.tools.${toolName}`) : toolName),
    [t],
  );
}

function isKnown(toolName: string): toolName is KnownTool {
  return Object.hasOwn(en.conversation.tools, toolName);
}

import { useCreateConversation, useSession } from '@aura/client/react';
import { type ReactElement, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router';
import { PageHeader } from '../app/page-header.tsx';
import { PageTitle } from '../app/page-title.tsx';
import { useErrorText } from '../i18n/use-error-text.ts';
import { Composer } from './composer.tsx';
import { ModelPicker } from './model-picker.tsx';
import classes from './new-conversation-page.module.css';
import { Suggestions } from './suggestions.tsx';
import { useDraft } from './use-draft.ts';

/** Where a conversation begins: a question, or one of a few to try. */
export function NewConversationPage(): ReactElement {
  const { t } = useTranslation();
  const errorText = useErrorText();
  const navigate = useNavigate();
  const session = useSession();
  const [draft, setDraft] = useDraft('new');
  const [model, setModel] = useState<string | null>(null);
  const create = useCreateConversation();
  const name = session.status === 'signedIn' ? session.identity.user.nickname : null;

  const start = async (text: string) => {
    try {
      const conversationId = await create.mutateAsync({ text, ...(model === null ? {} : { model }) });
      setDraft('');
      await navigate(`/c/${conversationId}`);
    } catch {
      // Shown below the composer, which keeps the text.
    }
  };
  return (
    <>
      <PageTitle />
      <PageHeader />
      <div className={classes.root}>
        <div className={classes.center}>
          <h1 className={classes.greeting}>
            {name === null ? t('home.greetingNoName') : t('home.greeting', { name })}
          </h1>
          <p className={classes.lead}>{t('home.lead')}</p>
          <Composer
            text={draft}
            onChange={setDraft}
            onSend={(text) => void start(text)}
            placeholder={t('conversation.placeholder')}
            status={create.isPending ? 'busy' : 'ready'}
          >
            <ModelPicker value={model} onChange={setModel} />
          </Composer>
          <div role="alert" className={classes.error}>
            {create.isError && t('conversation.createFailed', { reason: errorText(create.error) })}
          </div>
          <Suggestions isDisabled={create.isPending} onPick={(text) => void start(text)} />
        </div>
      </div>
    </>
  );
}

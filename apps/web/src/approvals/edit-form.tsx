import { useTools } from '@aura/client/react';
import { Loader, SegmentedControl, Textarea } from '@mantine/core';
import { type ReactElement, useState } from 'react';
import { useTranslation } from 'react-i18next';
import classes from './approval-card.module.css';
import { ArgsFields } from './args-fields.tsx';
import { ChoiceForm } from './choice-form.tsx';
import { type ParsedJson, parseJson } from './parse-json.ts';
import type { FormProps } from './reject-form.tsx';
import { isObject, schemaFields } from './schema-fields.ts';

/** Other arguments to make the call with: as fields where the tool's arguments are plain, as JSON always. */
export function EditForm({ approval, decide, onBack }: FormProps): ReactElement {
  const { t } = useTranslation();
  const [text, setText] = useState(() => write(approval.args));
  const [wantsJson, setWantsJson] = useState(false);
  const tools = useTools();
  const tool = tools.data?.find(({ name }) => name === approval.toolName);
  const fields = schemaFields(tool?.inputSchema);
  const parsed = parseJson(text);
  const args = parsed.ok && isObject(parsed.value) ? parsed.value : null;
  const asFields = !wantsJson && fields !== null && args !== null;
  const isUnchanged = parsed.ok && write(parsed.value) === write(approval.args);
  // The form takes the focus when it appears, so it appears in the shape that stays.
  if (tools.isLoading) return <Loader size={14} color="gray" aria-hidden />;
  return (
    <ChoiceForm
      submitLabel={t('approvals.approveEdited')}
      isBusy={decide.isSending}
      canSubmit={parsed.ok && !isUnchanged}
      onSubmit={() => {
        if (parsed.ok) decide.approve(parsed.value);
      }}
      onBack={onBack}
    >
      <div className={classes.editHead}>
        <p className={classes.note}>{t('approvals.editLead')}</p>
        {fields !== null && (
          <SegmentedControl
            size="xs"
            value={asFields ? 'fields' : 'json'}
            onChange={(value) => setWantsJson(value === 'json')}
            disabled={!parsed.ok}
            data={[
              { value: 'fields', label: t('approvals.asForm') },
              { value: 'json', label: t('approvals.asJson') },
            ]}
          />
        )}
      </div>
      {asFields ? (
        <ArgsFields fields={fields} args={args} onChange={(next) => setText(write(next))} />
      ) : (
        <Textarea
          autosize
          minRows={4}
          maxRows={20}
          spellCheck={false}
          aria-label={t('approvals.editLabel')}
          classNames={{ input: classes.code }}
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
          error={parsed.ok ? null : <JsonMistake parsed={parsed} />}
        />
      )}
      {isUnchanged && <p className={classes.note}>{t('approvals.unchanged')}</p>}
    </ChoiceForm>
  );
}

function JsonMistake({ parsed }: { parsed: Extract<ParsedJson, { ok: false }> }): string {
  const { t } = useTranslation();
  const { line, column } = parsed;
  return line === null ? t('approvals.badJson') : t('approvals.badJsonAt', { line, column });
}

const write = (value: unknown): string => JSON.stringify(value, null, 2);

import { Button } from '@mantine/core';
import { type KeyboardEvent, type ReactElement, type ReactNode, useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import classes from './approval-card.module.css';

interface ChoiceFormProps {
  submitLabel: string;
  isBusy: boolean;
  canSubmit?: boolean;
  onSubmit: () => void;
  onBack: () => void;
  children: ReactNode;
}

/** One choice that takes words: Ctrl + Enter sends it, Escape goes back to the choices. */
export function ChoiceForm(props: ChoiceFormProps): ReactElement {
  const { submitLabel, isBusy, canSubmit = true, onSubmit, onBack, children } = props;
  const { t } = useTranslation();
  const formRef = useRef<HTMLFormElement>(null);
  // The button that opened it is gone: the focus goes to what is asked for, and its own buttons into view.
  useEffect(() => {
    formRef.current?.querySelector<HTMLElement>('textarea, input:not([type=radio])')?.focus();
    formRef.current?.scrollIntoView({ block: 'nearest' });
  }, []);
  const submit = () => {
    if (canSubmit && !isBusy) onSubmit();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.nativeEvent.isComposing) return;
    if (event.key === 'Escape') {
      // Elsewhere on the page it stops the run.
      event.preventDefault();
      event.stopPropagation();
      onBack();
    }
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      submit();
    }
  };
  return (
    // The keys only press the form's own buttons.
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions
    <form
      ref={formRef}
      className={classes.form}
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
      onKeyDown={onKeyDown}
    >
      {children}
      <div className={classes.choices}>
        <Button type="submit" loading={isBusy} disabled={!canSubmit}>
          {submitLabel}
        </Button>
        <Button variant="subtle" color="gray" onClick={onBack} disabled={isBusy}>
          {t('approvals.back')}
        </Button>
      </div>
    </form>
  );
}

import type { PlanStep, PlanStepStatus } from '@aura/contract';
import {
  IconCircle,
  IconCircleCheckFilled,
  IconCircleDotted,
  IconCircleMinus,
  IconCircleXFilled,
  type TablerIcon,
} from '@tabler/icons-react';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import classes from './plan-item.module.css';

const ICONS: Record<PlanStepStatus, TablerIcon> = {
  pending: IconCircle,
  running: IconCircleDotted,
  done: IconCircleCheckFilled,
  failed: IconCircleXFilled,
  skipped: IconCircleMinus,
};

/** What the run set out to do, ticked off as it goes. */
export function PlanItem({ steps }: { steps: readonly PlanStep[] }): ReactElement {
  const { t } = useTranslation();
  const done = steps.filter(({ status }) => status === 'done').length;
  return (
    <div className={classes.root}>
      <header className={classes.head}>
        <h3 className={classes.title}>{t('conversation.plan')}</h3>
        <span>{t('conversation.planProgress', { done, total: steps.length })}</span>
      </header>
      <ol className={classes.steps}>
        {steps
          .toSorted((a, b) => a.index - b.index)
          .map((step) => (
            <Step key={step.stepId} step={step} />
          ))}
      </ol>
    </div>
  );
}

function Step({ step }: { step: PlanStep }): ReactElement {
  const { t } = useTranslation();
  const Icon = ICONS[step.status];
  return (
    <li className={classes.step} data-status={step.status}>
      <Icon size={18} aria-hidden className={classes.icon} />
      <span>
        {step.title}
        <span className="visually-hidden"> ({t(`conversation.step.${step.status}`)})</span>
        {step.note !== undefined && <span className={classes.note}>{step.note}</span>}
      </span>
    </li>
  );
}

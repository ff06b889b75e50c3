import type { ToolRisk } from '@aura/contract';
import { IconEye, IconPencil, IconUsers, IconWorld, type TablerIcon } from '@tabler/icons-react';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import classes from './approval-card.module.css';

const ICONS: Record<ToolRisk, TablerIcon> = {
  read: IconEye,
  write: IconPencil,
  external: IconWorld,
  shared: IconUsers,
};

/** What the call may do to the world, in plain words. */
export function RiskBadge({ risk }: { risk: ToolRisk }): ReactElement {
  const { t } = useTranslation();
  const Icon = ICONS[risk];
  return (
    <span className={classes.risk} data-risk={risk}>
      <Icon size={14} aria-hidden />
      {t(`approvals.risk.${risk}`)}
    </span>
  );
}

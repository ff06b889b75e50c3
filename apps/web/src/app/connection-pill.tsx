import { useConnection } from '@aura/client/react';
import { useDebouncedValue } from '@mantine/hooks';
import { IconCloudOff } from '@tabler/icons-react';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import classes from './connection-pill.module.css';

/** Shorter interruptions heal before anyone needs to know. */
const SHOW_AFTER_MS = 1_200;

/** Says that the page is not live, only when it is not. */
export function ConnectionPill(): ReactElement {
  const { t } = useTranslation();
  const { state, error } = useConnection();
  const [settled] = useDebouncedValue(state, SHOW_AFTER_MS);
  const isTroubled =
    error !== undefined && settled === state && (state === 'connecting' || state === 'offline');
  return (
    <output className={classes.root}>
      {isTroubled && (
        <span className={classes.pill} data-state={state}>
          {state === 'offline' ? <IconCloudOff size={15} aria-hidden /> : <span className={classes.dot} />}
          {t(`connection.${state}`)}
        </span>
      )}
    </output>
  );
}

import { Collapse, UnstyledButton } from '@mantine/core';
import { IconChevronRight } from '@tabler/icons-react';
import { type ReactElement, type ReactNode, useId } from 'react';
import classes from './disclosure.module.css';

interface DisclosureProps {
  icon: ReactNode;
  label: ReactNode;
  /** Short facts at the end of the line. */
  meta?: ReactNode;
  isOpen: boolean;
  onToggle: () => void;
  children: ReactNode;
}

/** One line of what the run did, with more behind it. */
export function Disclosure({ icon, label, meta, isOpen, onToggle, children }: DisclosureProps): ReactElement {
  const panelId = useId();
  return (
    <div className={classes.root}>
      <UnstyledButton
        className={classes.head}
        onClick={onToggle}
        aria-expanded={isOpen}
        aria-controls={panelId}
      >
        <span className={classes.icon}>{icon}</span>
        <span className={classes.label}>{label}</span>
        {meta}
        <IconChevronRight size={15} className={classes.chevron} data-open={isOpen} aria-hidden />
      </UnstyledButton>
      <Collapse id={panelId} expanded={isOpen} transitionDuration={160}>
        <div className={classes.body}>{children}</div>
      </Collapse>
    </div>
  );
}

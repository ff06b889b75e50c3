import type { Json as JsonValue } from '@aura/contract';
import type { ReactElement } from 'react';
import { visibleText } from './visible-text.ts';
import classes from './tool-item.module.css';

/** A value as people read it: text as it is, anything else indented. */
export function Json({ title, value }: { title: string; value: JsonValue }): ReactElement {
  return (
    <div className={classes.json}>
      <h3 className={classes.jsonTitle}>{title}</h3>
      {/* Focusable, so that the keyboard can scroll it. */}
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
      <pre tabIndex={0}>
        {visibleText(typeof value === 'string' ? value : JSON.stringify(value, null, 2))}
      </pre>
    </div>
  );
}

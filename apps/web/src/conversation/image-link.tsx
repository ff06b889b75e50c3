import { IconPhoto } from '@tabler/icons-react';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import classes from './markdown.module.css';

/** An image as a link: loading it by itself would tell its server who reads the conversation. */
export function ImageLink({ src, alt }: { src: string; alt: string }): ReactElement {
  const { t } = useTranslation();
  const label = alt === '' ? t('conversation.image') : t('conversation.imageNamed', { alt });
  return (
    <a className={classes.image} href={src} target="_blank" rel="noopener noreferrer nofollow">
      <IconPhoto size={15} aria-hidden />
      {label}
    </a>
  );
}

import { CloseButton, Progress, UnstyledButton } from '@mantine/core';
import { IconFile, IconRefresh } from '@tabler/icons-react';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { formatBytes } from '../i18n/format.ts';
import { useErrorText } from '../i18n/use-error-text.ts';
import classes from './attachments.module.css';
import type { Upload, Uploads } from './use-uploads.ts';

/** The files that go with the next message. */
export function UploadList({ files }: { files: Uploads }): ReactElement | null {
  if (files.uploads.length === 0) return null;
  return (
    <ul className={classes.uploads}>
      {files.uploads.map((upload) => (
        <UploadRow key={upload.key} upload={upload} files={files} />
      ))}
    </ul>
  );
}

function UploadRow({ upload, files }: { upload: Upload; files: Uploads }): ReactElement {
  const { t, i18n } = useTranslation();
  const errorText = useErrorText();
  const { key, file, state } = upload;
  const { name } = file;
  return (
    <li className={classes.upload} data-status={state.status}>
      <IconFile size={18} aria-hidden />
      <span className={classes.uploadText}>
        <span className={classes.name}>{name}</span>
        {state.status === 'sending' && (
          <Progress
            value={state.part * 100}
            size={3}
            aria-label={t('rooms.composer.uploading', { name, percent: Math.round(state.part * 100) })}
          />
        )}
        {state.status === 'there' && (
          <span className={classes.size}>{formatBytes(file.size, i18n.language)}</span>
        )}
        {state.status === 'failed' && (
          <span className={classes.failed} role="alert">
            {t('rooms.composer.uploadFailed', { name, reason: errorText(state.error) })}
          </span>
        )}
      </span>
      {state.status === 'failed' && (
        <UnstyledButton
          className={classes.again}
          onClick={() => files.retry(key)}
          aria-label={t('rooms.composer.uploadAgain')}
        >
          <IconRefresh size={16} />
        </UnstyledButton>
      )}
      <CloseButton
        size="sm"
        onClick={() => files.remove(key)}
        aria-label={t('rooms.composer.removeFile', { name })}
      />
    </li>
  );
}

import type { Json as JsonValue, JsonObject } from '@aura/contract';
import { Checkbox, NumberInput, Select, Textarea } from '@mantine/core';
import type { ReactElement } from 'react';
import { Json } from '../conversation/json.tsx';
import type { ArgumentField } from './schema-fields.ts';

interface ArgsFieldsProps {
  fields: readonly ArgumentField[];
  args: JsonObject;
  onChange: (args: JsonObject) => void;
}

/**
 * A call's arguments as a form; what no plain field can hold is shown as it is. What is emptied is left out, unless the
 * tool needs it.
 */
export function ArgsFields({ fields, args, onChange }: ArgsFieldsProps): ReactElement {
  const change = (field: ArgumentField, value: JsonValue | undefined) => {
    const { [field.name]: _, ...rest } = args;
    if (value !== undefined) return onChange({ ...args, [field.name]: value });
    return onChange(rest);
  };
  return (
    <>
      {fields.map((field) => (
        <FieldInput
          key={field.name}
          field={field}
          value={args[field.name]}
          onChange={(value) => change(field, value)}
        />
      ))}
      {Object.entries(args).map(([name, value]) =>
        value === undefined || fields.some((field) => field.name === name) ? null : (
          <Json key={name} title={name} value={value} />
        ),
      )}
    </>
  );
}

interface FieldInputProps {
  field: ArgumentField;
  value: JsonValue | undefined;
  onChange: (value: JsonValue | undefined) => void;
}

function FieldInput({ field, value, onChange }: FieldInputProps): ReactElement {
  const common = { label: field.name, description: field.hint };
  switch (field.kind) {
    case 'text':
      return (
        <Textarea
          {...common}
          autosize
          minRows={1}
          maxRows={8}
          required={field.isRequired}
          value={typeof value === 'string' ? value : ''}
          onChange={({ currentTarget: { value: text } }) =>
            onChange(text === '' && !field.isRequired ? undefined : text)
          }
        />
      );
    case 'number':
      return (
        <NumberInput
          {...common}
          required={field.isRequired}
          value={typeof value === 'number' ? value : ''}
          onChange={(number) => onChange(typeof number === 'number' ? number : undefined)}
        />
      );
    case 'boolean':
      return (
        <Checkbox
          {...common}
          checked={value === true}
          onChange={(event) => onChange(event.currentTarget.checked)}
        />
      );
    case 'choice':
      return (
        <Select
          {...common}
          required={field.isRequired}
          allowDeselect={!field.isRequired}
          data={field.options}
          value={typeof value === 'string' ? value : null}
          onChange={(choice) => onChange(choice ?? undefined)}
        />
      );
  }
}

import type { Ref } from 'react'

/** A chooser of files that a button opens. The same file can be chosen again. */
export function FileInput({
  ref,
  label,
  accept,
  multiple = false,
  onChosen,
}: {
  ref: Ref<HTMLInputElement>
  label: string
  accept: string
  multiple?: boolean
  onChosen: (files: File[]) => Promise<unknown>
}) {
  return (
    <input
      ref={ref}
      type="file"
      accept={accept}
      multiple={multiple}
      hidden
      aria-label={label}
      onChange={(event) => {
        void onChosen([...(event.target.files ?? [])])
        event.target.value = ''
      }}
    />
  )
}

/** What stands for a stored value that is hidden; given back, it means that value. */
export const hiddenValue = '••••••••'

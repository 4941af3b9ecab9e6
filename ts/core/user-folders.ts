/** Where a user's files lie, by the XDG base directory rules (relative values are ignored, as they say). */
export interface UserFolders {
  data: string;
  config: string;
  /** What is worth keeping but belongs to this machine. */
  state: string;
}

export function userFolders(environment: Readonly<Record<string, string | undefined>>): UserFolders {
  const home = environment.HOME ?? environment.USERPROFILE ?? ".";
  const folder = (variable: string, fallback: string): string => {
    const value = environment[variable];
    const isAbsolute = value !== undefined && /^(?:\/|[A-Za-z]:[\\/])/.test(value);
    return `${isAbsolute ? value.replace(/[\\/]+$/, "") : `${home}/${fallback}`}/ketflow`;
  };
  return {
    data: folder("XDG_DATA_HOME", ".local/share"),
    config: folder("XDG_CONFIG_HOME", ".config"),
    state: folder("XDG_STATE_HOME", ".local/state"),
  };
}

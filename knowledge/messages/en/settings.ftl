### Settings

env-did-you-mean = { $path }, line { $line }: there is no setting { $name }. Did you mean { $meant }?
env-unreadable-line = { $path }, line { $line } isn't NAME=value; it is ignored.
setting-wrong = { $name } is “{ $value }” ({ $where }). { $rule }
setting-wrong-unseen = { $name } ({ $where }): { $rule }
setting-place-environment = from the environment
setting-place-file = { $path }, line { $line }
setting-place-command = from the command line
setting-place-default = not set
setting-allowed-text = Allowed: some text.
setting-allowed-choice = Allowed: { $choices }.
setting-allowed-integer = Allowed: a whole number from { $low } to { $high }.
setting-allowed-number = Allowed: a number from { $low } to { $high }.
setting-allowed-url = Allowed: an address that begins with { $schemes }.
setting-allowed-database = Allowed: postgresql://USER:PASSWORD@HOST/DATABASE, or nothing for the file in DATA_DIR.
setting-allowed-schedule = Allowed: five crontab fields such as */15 * * * *, an interval such as 15m or 2h, or off.
setting-allowed-device = Allowed: cpu, cuda, cuda:0 (or another number) or mps.
setting-allowed-collection = Allowed: letters, digits and _, not beginning with a digit.
setting-allowed-folders = Allowed: path or path=scope, several parted by semicolons.
setting-allowed-hosts = Allowed: host names such as docs.example.com, *.example.com or * (each perhaps with :PORT), addresses and networks such as 10.1.0.0/16, parted by commas; or on, or off.
setting-allowed-days = Allowed: days, such as 365, 90d, 12w, 6m or 1y; or off.
setting-allowed-parameters = Allowed: NAME=NUMBER, several parted by commas.
setting-allowed-file = There is no such file. Check the path.
setting-allowed-env-file = This file can't be read ({ $detail }). Check the path.
setting-allowed-needed-by = { $other } needs it.
setting-allowed-less-than = It must be less than { $other }.

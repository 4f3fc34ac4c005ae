### Operations: status, figures, backup

error-address-unavailable = Nothing can be served at { $address }.
error-address-unavailable-taken = Another program already listens at { $address }. Set another HTTP_PORT, or stop that program.
error-address-unavailable-denied = This account may not listen at { $address }. Set HTTP_PORT to a port of 1024 or above.
error-address-unavailable-host = This machine has no address { $address }. Set HTTP_HOST to 127.0.0.1 (this machine alone), 0.0.0.0 (every network) or one of its own addresses.
operations-at = Status and figures: http://{ $address }/readyz and /metrics
operations-open = HTTP_HOST lets other machines read status and figures at { $address }. They hold no texts and no names, but there is no password: keep the port inside your network.

error-backup-failed = The backup { $path } can't be used.
error-backup-failed-nothing = { $path } holds no catalog yet, so there is nothing to keep.
error-backup-failed-elsewhere = The catalog knows uploaded files, and { $path } has none of them. Run the command on the machine, or with the --data-dir, of the bot that keeps them.
error-backup-failed-exists = { $path } is there already. Choose another name, or add --force to replace it.
error-backup-failed-place = { $path } can't be written. Check that the folder exists and that this account may write there.
error-backup-failed-missing = There is no file { $path }.
error-backup-failed-damaged = { $path } is cut short or damaged, and nothing was changed. Copy it again from where it was kept.
error-backup-failed-foreign = { $path } is no backup of Saseo.
error-backup-failed-newer = { $path } was made by a newer Saseo. Update this one first.
error-backup-failed-occupied = { $path } holds a librarian already. Choose another folder with --data-dir, or add --force to replace all of it.
error-backup-failed-filled = The database { $path } holds a catalog already. Name an empty one in CATALOG_URL, or add --force to replace all of it.
backup-made = Kept in { $path }: { $files ->
    [one] one file
   *[other] { $files } files
}, { $size }, read back and found whole. It holds your documents' texts: keep it as safe as the documents.
backup-restored = Restored into { $folder }: the state of { $made_at }. The next start makes the index. Compare the settings first (the old ones, without secrets, are in { $folder }/restored-settings): documents of folders that aren't configured any more are forgotten.
backup-restored-database = Restored into the database of CATALOG_URL and into { $folder }: the state of { $made_at }. The next start makes the index. Compare the settings first (the old ones, without secrets, are in { $folder }/restored-settings): documents of folders that aren't configured any more are forgotten.
help-backup = Keep everything that can't be made anew in one file
    {""}
    The catalog (documents, vectors, conversations, feedback), uploaded files, and the settings without secrets; also while the bot runs. The index is made from the catalog, and models can be fetched again.
help-backup-examples =
    saseo backup /mnt/backup/saseo.zip
help-restore = Put a backup into the data folder
    {""}
    The file is checked whole before anything is touched. The bot must not run on this folder.
help-restore-examples =
    saseo restore /mnt/backup/saseo.zip
    saseo --data-dir /srv/trial restore /mnt/backup/saseo.zip
help-arg-backup = The file to write
help-arg-restore = The backup
help-opt-force-backup = Replace the file if it is there
help-opt-force-restore = Replace what the data folder holds

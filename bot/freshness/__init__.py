"""When the folders are looked at: by the schedule, by the file system's word, once for all who ask."""

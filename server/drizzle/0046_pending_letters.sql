-- What is put into the index over the letters of reasons waits in a list that every search reads from end to end: a short one, by
-- default of some megabytes. Merged that often it still takes in many reasons at once.
ALTER INDEX event_reasons_words SET (gin_pending_list_limit = 64);

/**
 * @file table/csv.h
 * @brief Tables in text files: cells between delimiters, quoted or not (RFC 4180).
 */
#ifndef TABLE_CSV_H
#define TABLE_CSV_H

#include "text/read.h"

/** A file being read. Zero it, set the first five, then csv_open(). */
typedef struct csv_reader {
    const collet_host *host;
    const char *path;
    char delimiter; /**< 0: of , ; tab and | the one that the first line has most of */
    char quote;     /**< 0: quotes are nothing special */
    text_file file; /**< cells point into it; quotes are taken off in place */
    size_t at;
    int line;      /**< of the record that was read last, where it begins */
    int next_line; /**< where the next one does */
    text_piece *cells;
    size_t count, room; /**< cells of that record */
} csv_reader;

/** Reads the file. Errors as text_read(). */
collet_status csv_open(csv_reader *reader);

/** Reads the next record into cells, blanks at both ends of unquoted ones left out; blank lines are
 *  passed over. COLLET_DONE at the end of the file, COLLET_E_INVALID with file and line for a quote
 *  that is not closed or is followed by more. */
collet_status csv_next(csv_reader *reader);

/** Frees the file and the cells. */
void csv_close(csv_reader *reader);

#endif /* TABLE_CSV_H */

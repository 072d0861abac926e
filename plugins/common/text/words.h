/**
 * @file text/words.h
 * @brief Words of a UTF-8 text: runs of letters and digits, in lower case.
 *
 * Which code points are letters or digits and what their lower case is, the C library says, in its
 * locale C.UTF-8, for all of Unicode. An apostrophe or a hyphen parts two words. A script that puts
 * no blanks between words (Han, Kana) gives one word a character.
 */
#ifndef TEXT_WORDS_H
#define TEXT_WORDS_H

#include <collet/plugin.h>

#include <locale.h>

/** The code point at text[*at], moving *at behind it; -1 where there is no valid UTF-8. */
int32_t text_decode(const char *text, size_t length, size_t *at);

/** The locale that text_next_word() wants, to freelocale(); 0 where the system has none. */
locale_t text_locale(void);

/** Longest word in bytes; what is beyond is cut off. */
enum { TEXT_LONGEST_WORD = 127 };

/** Writes the next word at or after *at in lower case to word[TEXT_LONGEST_WORD + 1], closed by a
 * 0, moves *at behind it and returns its length; 0 where no word is left. text is valid UTF-8;
 * bytes that are not part words. */
size_t text_next_word(locale_t locale, const char *text, size_t length, size_t *at, char *word);

#endif /* TEXT_WORDS_H */

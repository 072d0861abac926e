/**
 * @file base/pages.h
 * @brief Advice to the kernel about memory.
 */
#ifndef CLT_BASE_PAGES_H
#define CLT_BASE_PAGES_H

#include <stddef.h>

/** Joins the pages of bytes[size] into huge ones, where the kernel can: then a fork() copies one
 *  entry of the page table for each 2 MiB. Contents stay; of small memory nothing happens. */
void clt_pages_join(const void *bytes, size_t size);

#endif /* CLT_BASE_PAGES_H */

#include "support.h"

#include "study/wire.h"

#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static clt_wire message;

static void send_text(int fd, uint32_t sequence, const char *text)
{
    const clt_wire_part part = {text, strlen(text) + 1};
    ck_assert(clt_wire_send(fd, CLT_WIRE_RESULT, 7, sequence, &part, 1, NULL));
}

static void expect_text(int fd, uint32_t *sequence, const char *text)
{
    size_t next;
    ck_assert_int_eq(clt_wire_receive(fd, sequence, &message), CLT_WIRE_GOT);
    ck_assert_uint_eq(message.ticket, 7);
    ck_assert_str_eq(clt_wire_text(&message, 0, &next), text);
}

/* The peer was sent more than it read: another trial, which it left as it ended. */
START_TEST(what_a_peer_said_before_it_ended_is_heard_whatever_it_left_unread)
{
    int ends[2];
    uint32_t sequence = 0;
    ck_assert_int_eq(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends), 0);
    send_text(ends[0], 0, "one that is never read");
    send_text(ends[1], 0, "first");
    send_text(ends[1], 1, "last");
    close(ends[1]);
    expect_text(ends[0], &sequence, "first");
    expect_text(ends[0], &sequence, "last");
    ck_assert_int_eq(clt_wire_receive(ends[0], &sequence, &message), CLT_WIRE_EOF);
    close(ends[0]);
}
END_TEST

START_TEST(messages_out_of_their_sequence_are_garbage)
{
    int ends[2];
    uint32_t sequence = 0;
    ck_assert_int_eq(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends), 0);
    send_text(ends[1], 1, "second");
    ck_assert_int_eq(clt_wire_receive(ends[0], &sequence, &message), CLT_WIRE_GARBAGE);
    ck_assert_int_eq(clt_wire_receive_now(ends[0], &sequence, &message), CLT_WIRE_NOTHING);
    close(ends[0]);
    close(ends[1]);
}
END_TEST

TEST_MAIN("wire", what_a_peer_said_before_it_ended_is_heard_whatever_it_left_unread,
          messages_out_of_their_sequence_are_garbage)

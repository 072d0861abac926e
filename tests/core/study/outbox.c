#include "support.h"

#include "study/outbox.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

static clt_wire message;

static void make_pair(int ends[2], clt_outbox *outbox)
{
    ck_assert_int_eq(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends), 0);
    *outbox = (clt_outbox){.fd = ends[0]};
}

static void send_number(clt_outbox *outbox, uint64_t number)
{
    const clt_wire_part part = {&number, sizeof number};
    ck_assert(clt_outbox_send(outbox, CLT_WIRE_KILL, number, &part, 1, NULL));
}

/* Takes what is there; how many. */
static uint64_t take_all(int fd, uint32_t *sequence, uint64_t first)
{
    uint64_t taken = 0;
    while (clt_wire_receive_now(fd, sequence, &message) == CLT_WIRE_GOT) {
        uint64_t number;
        memcpy(&number, message.body, sizeof number);
        ck_assert_uint_eq(number, first + taken);
        ck_assert_uint_eq(message.ticket, number);
        taken++;
    }
    return taken;
}

START_TEST(nobody_waits_however_much_is_sent_and_all_of_it_arrives_in_order)
{
    enum { COUNT = 5000 };
    int ends[2];
    uint32_t sequence = 0;
    uint64_t taken = 0;
    clt_outbox outbox;
    make_pair(ends, &outbox);
    for (uint64_t i = 0; i < COUNT; i++) {
        send_number(&outbox, i); /* a blocking one would wait here for ever */
    }
    ck_assert(clt_outbox_waits(&outbox));
    while (taken < COUNT) {
        uint64_t now = take_all(ends[1], &sequence, taken);
        ck_assert_uint_gt(now, 0);
        taken += now;
        ck_assert(clt_outbox_flush(&outbox));
    }
    ck_assert(!clt_outbox_waits(&outbox));
    clt_outbox_finish(&outbox);
    close(ends[0]);
    close(ends[1]);
}
END_TEST

START_TEST(descriptors_wait_with_their_message)
{
    int ends[2];
    uint32_t sequence = 0;
    uint64_t taken = 0;
    clt_outbox outbox;
    make_pair(ends, &outbox);
    while (!clt_outbox_waits(&outbox)) {
        send_number(&outbox, taken++);
    }
    int fds[2] = {dup(0), dup(0)};
    const int first = fds[0];
    ck_assert(clt_outbox_send(&outbox, CLT_WIRE_START, 7, NULL, 0, fds));
    ck_assert_int_eq(fds[0], -1);
    ck_assert_int_ge(fcntl(first, F_GETFD), 0); /* open still: it is the outbox's */
    message.type = 0;
    while (message.type != CLT_WIRE_START) {
        ck_assert(clt_outbox_flush(&outbox));
        ck_assert_int_eq(clt_wire_receive(ends[1], &sequence, &message), CLT_WIRE_GOT);
    }
    ck_assert_int_ge(message.fds[0], 0);
    ck_assert_int_ge(message.fds[1], 0);
    clt_wire_drop_descriptors(&message);
    clt_outbox_finish(&outbox);
    close(ends[0]);
    close(ends[1]);
}
END_TEST

START_TEST(what_is_for_one_who_is_gone_is_dropped_with_its_descriptors)
{
    int ends[2], fds[2] = {dup(0), dup(0)};
    const int both[2] = {fds[0], fds[1]};
    clt_outbox outbox;
    make_pair(ends, &outbox);
    close(ends[1]);
    ck_assert(!clt_outbox_send(&outbox, CLT_WIRE_START, 7, NULL, 0, fds));
    ck_assert(outbox.gone);
    ck_assert_int_lt(fcntl(both[0], F_GETFD), 0);
    ck_assert_int_lt(fcntl(both[1], F_GETFD), 0);
    ck_assert(!clt_outbox_flush(&outbox));
    clt_outbox_finish(&outbox);
    close(ends[0]);
}
END_TEST

START_TEST(a_message_carries_the_time_at_which_it_was_written_not_sent)
{
    int ends[2];
    uint32_t sequence = 0;
    uint64_t taken = 0;
    clt_outbox outbox;
    make_pair(ends, &outbox);
    while (!clt_outbox_waits(&outbox)) {
        send_number(&outbox, taken++);
    }
    const double written = outbox.letters.items[0].sent;
    (void)usleep(2000);
    ck_assert_uint_eq(take_all(ends[1], &sequence, 0), taken - 1);
    ck_assert(clt_outbox_flush(&outbox));
    ck_assert_int_eq(clt_wire_receive(ends[1], &sequence, &message), CLT_WIRE_GOT);
    ck_assert_double_eq(message.sent, written);
    clt_outbox_finish(&outbox);
    close(ends[0]);
    close(ends[1]);
}
END_TEST

TEST_MAIN("outbox", nobody_waits_however_much_is_sent_and_all_of_it_arrives_in_order,
          descriptors_wait_with_their_message,
          what_is_for_one_who_is_gone_is_dropped_with_its_descriptors,
          a_message_carries_the_time_at_which_it_was_written_not_sent)

"""Waves: how many events are taken at once, and how long an outage is waited out."""

from itertools import islice

from service_standard.events.waves import LARGEST_BATCH, SMALLEST_BATCH, delays, next_size


def test_batches_grow_while_they_take_no_time() -> None:
    sizes = [SMALLEST_BATCH]
    while sizes[-1] < LARGEST_BATCH:
        sizes.append(next_size(sizes[-1], 0.01))
    assert sizes == [50, 100, 200, 400, 800, 1000]
    assert next_size(LARGEST_BATCH, 0.01) == LARGEST_BATCH


def test_batches_shrink_while_they_take_more_than_a_second() -> None:
    assert next_size(LARGEST_BATCH, 2.0) == LARGEST_BATCH // 2
    assert next_size(SMALLEST_BATCH, 2.0) == SMALLEST_BATCH


def test_a_batch_that_takes_about_a_second_has_the_right_size() -> None:
    assert next_size(400, 0.6) == 400


def test_each_wait_is_twice_the_last_one_up_to_five_seconds() -> None:
    assert list(islice(delays(), 8)) == [0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 5.0, 5.0]

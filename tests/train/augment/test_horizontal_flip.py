import numpy as np

from nascent.train.augment.horizontal_flip import HorizontalFlip


def test_drawn_cells_are_mirrored_left_to_right_and_the_others_stay(cells):
    drawn = np.array([True, False, True, True, False, False])
    image, mask = HorizontalFlip(seed=1).move(cells["image"], cells["mask"], drawn)
    for was, now in ((cells["image"], image), (cells["mask"], mask)):
        now = np.asarray(now)
        for number, flipped in enumerate(drawn):
            expected = np.fliplr(was[number]) if flipped else was[number]
            np.testing.assert_array_equal(now[number], expected)


def test_half_of_the_cells_are_flipped():
    image = np.broadcast_to(np.array([0, 1], np.float32)[:, None], (2000, 2, 2, 1))
    outputs = HorizontalFlip(seed=3)(
        {"image": image, "mask": np.ones((2000, 2, 2), bool)}, training=True
    )
    flipped = np.asarray(outputs["image"])[:, 0, 0, 0]
    # Five standard errors of a fair coin.
    assert abs(flipped.mean() - 0.5) < 5 * 0.5 / np.sqrt(2000)
    assert abs(np.corrcoef(flipped[:-1], flipped[1:])[0, 1]) < 5 / np.sqrt(2000)

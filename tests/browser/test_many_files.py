"""Many files dropped at once: all of them are sent, however fast, and what is to be mended comes first."""

from __future__ import annotations

from pathlib import Path

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]
MANY, DRAWN = 35, 30


def menus(folder: Path, count: int) -> list[Path]:
    """Files that are no return of ours."""
    made = [folder / f"菜单{number:02d}.csv" for number in range(count)]
    for number, path in enumerate(made):
        path.write_text(f"菜单,价格\n酸汤鱼,{number}\n", encoding="utf-8")
    return made


def drop(window, files: list[Path]) -> None:
    with window.page.expect_file_chooser() as chooser:
        window.page.locator("#drop").click()
    chooser.value.set_files(files)


def test_each_of_many_files_is_counted_and_the_first_are_drawn(window, tmp_path: Path) -> None:
    window.open("/submissions?lang=zh")
    drop(window, [*menus(tmp_path, MANY), too_large(tmp_path, window)])
    summary = window.page.locator(".outcome-sum")
    summary.get_by_text(f"{MANY + 1} / {MANY + 1}").wait_for()
    words = summary.inner_text()
    assert f"已退回 {MANY}" in words
    assert "未收 1" in words
    assert "太大.csv：文件超过" in words
    assert "其余的见下面的上报记录" in words
    assert window.page.locator(".outcome").count() == DRAWN
    window.page.locator("#history", has_text=f"菜单{MANY - 1:02d}.csv").wait_for()
    window.keep("many-files-1440-zh")
    assert window.complaints == []


def too_large(folder: Path, window) -> Path:
    """A file beyond what the page says it takes."""
    path = folder / "太大.csv"
    path.write_bytes(b" " * (int(window.page.locator("#drop").get_attribute("data-limit")) + 1))
    return path


def test_a_file_that_came_too_fast_is_sent_again(window, tmp_path: Path) -> None:
    """The server says for how long to wait; nobody has to drop the file again."""
    refused = []

    def answer(route) -> None:
        if not refused:
            refused.append(route.request.url)
            route.fulfill(status=429, headers={"Retry-After": "1"}, json={"outcome": "refused", "says": "x"})
        else:
            route.continue_()

    window.open("/submissions?lang=zh")
    window.page.route("**/upload?*", answer)
    drop(window, menus(tmp_path, 2))
    window.page.locator("#drop-says", has_text="稍候自动继续").wait_for()
    window.page.locator(".outcome-sum").get_by_text("2 / 2").wait_for()
    assert "已退回 2" in window.page.locator(".outcome-sum").inner_text()
    assert len(refused) == 1
    assert [one for one in window.complaints if "429" not in one] == []


def test_leaving_is_asked_about_while_files_are_still_to_be_sent(window, tmp_path: Path) -> None:
    asked = []

    def said(dialog) -> None:
        asked.append(dialog.type)
        dialog.dismiss()

    window.open("/submissions?lang=zh")
    window.page.on("dialog", said)
    window.page.route("**/upload?*", lambda route: None)  # never answered
    drop(window, menus(tmp_path, 1))
    window.page.locator("#drop-says", has_text="正在上传").wait_for()
    window.page.close(run_before_unload=True)
    window.page.wait_for_timeout(500)
    assert asked == ["beforeunload"]

"""Rows of which more and more come: their end is followed, until the person goes up."""

from textual.geometry import Size

from hgtui.ui.widgets.rows import Rows


class Following(Rows):
    """Rows whose end is in sight as long as `following`; to go up ceases that, to go to the end begins it again."""

    following = True

    @property
    def may_follow(self) -> bool:
        """Whether these rows are such that their end is followed."""
        return True

    def followed(self) -> None:
        """Take note that the end is followed from now on, or no longer."""
        raise NotImplementedError

    def _to_end(self) -> None:
        if self.may_follow and self.following:
            end = max(self.count - self.scrollable_content_region.height, 0)
            self.scroll_to(y=end, animate=False, immediate=True)
            if self.scroll_offset.y < end:  # there is no scrollbar yet, and so no way down, before the next layout
                self.call_after_refresh(self._to_end)

    def on_resize(self) -> None:
        """Fit the rows to the new size; where the end is followed, it stays in sight."""
        if self.may_follow and self.following:
            self.virtual_size = Size(self.scrollable_content_region.width, max(self.count, 1))
            self._to_end()
            self.refresh()
        else:
            super().on_resize()

    def _go(self, index: int) -> None:
        """Follow the end while the person is there, and stay where they go."""
        super()._go(index)
        self._follow(self.cursor >= self.count - 1)

    def action_go(self, index: int) -> None:
        """Move to a row, -1 for the last, from which on the end is followed."""
        super().action_go(index)
        if index < 0:
            self._follow(True)
            self._to_end()

    def on_mouse_scroll_up(self) -> None:
        """Cease to follow where the person scrolls up."""
        if self.max_scroll_y > 0:
            self._follow(False)

    def on_mouse_scroll_down(self) -> None:
        """Follow again at the end."""
        self.call_after_refresh(self._scrolled)

    def on_scroll_to(self) -> None:
        """Follow at the end alone when the scrollbar was dragged."""
        self.call_after_refresh(self._scrolled)

    def _scrolled(self) -> None:
        if self.max_scroll_y > 0:
            self._follow(self.scroll_offset.y >= self.max_scroll_y)

    def _follow(self, follows: bool) -> None:
        if self.may_follow and follows != self.following:
            self.following = follows
            self.followed()

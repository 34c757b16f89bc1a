"""The workbench in a real browser, as a person uses it."""

import time

from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.keys import Keys

LONGEST = 20  # seconds that a test waits for what must come
NAMES = {"Enter": Keys.ENTER, "Esc": Keys.ESCAPE, "Down": Keys.ARROW_DOWN, "Up": Keys.ARROW_UP, "Tab": Keys.TAB,
         "Left": Keys.ARROW_LEFT, "Right": Keys.ARROW_RIGHT, "Shift": Keys.SHIFT, "Ctrl": Keys.CONTROL,
         "Delete": Keys.DELETE}


class Bench:
    """One page of the workbench, as a person uses it."""

    def __init__(self, page):
        self.page = page

    def js(self, script, *arguments):
        return self.page.execute_script(script, *arguments)

    def until(self, script, *arguments, what=None):
        """Wait until a script says what is wanted, and give that back."""
        end = time.monotonic() + LONGEST
        while time.monotonic() < end:
            if found := self.js(script, *arguments):
                return found
            time.sleep(0.02)
        raise AssertionError(f"{what or script}: never; status {self.status!r}, panel {self.panel!r}")

    def ready(self):
        self.until("return document.documentElement.dataset.ready")
        return self

    @property
    def status(self):
        return self.js("return document.getElementById('status').textContent")

    @property
    def panel(self):
        return self.js("return document.getElementById('panel').innerText")

    def press(self, *keys, on=None):
        chain = ActionChains(self.page, duration=0)
        for key in keys:
            held, _, last = key.rpartition("+") if len(key) > 1 and key[0].isupper() and "+" in key else ("", "", key)
            held = [NAMES[each] for each in held.split("+") if each]
            for each in held:
                chain.key_down(each)
            chain.send_keys(NAMES.get(last, last))
            for each in reversed(held):
                chain.key_up(each)
        chain.perform()

    def select(self, words, nth=1):
        """Select words with the mouse, as they stand in the text, once this stands still: what comes into view late is
        laid out after it was scrolled to, and moves the rest."""
        place, end = None, time.monotonic() + LONGEST
        while place != (place := self.place(words, nth)) and time.monotonic() < end:
            time.sleep(0.05)  # some frames
        x1, y1, x2, y2 = place
        chain = ActionChains(self.page, duration=20)
        mouse = chain.w3c_actions.pointer_action
        mouse.move_to_location(round(x1), round(y1))
        mouse.pointer_down()
        mouse.move_to_location(round(x2), round(y2))
        mouse.pointer_up()
        chain.perform()

    def place(self, words, nth=1):
        """Scroll words into view; from where to where they stand there."""
        return self.js("""
            let start = -1;
            for (let n = 0; n < arguments[1]; n += 1) start = text.indexOf(arguments[0], start + 1);
            if (start < 0) throw new Error("not in the text: " + arguments[0]);
            const end = start + arguments[0].length, edge = (u, left) => {
                const box = rangeOf({start: u, end: u + 1}).getClientRects()[0];
                return [left ? box.left + 1 : box.right - 1, box.top + box.height / 2]; };
            reveal({start, end}); reveal({start, end});
            return [...edge(start, true), ...edge(end - 1, false)];""", words, nth)

    def form(self, name):
        """Wait for a form, by its name."""
        return self.until("const form = document.querySelector('form.code'); "
                          "return form && form.getAttribute('aria-label') === arguments[0] && form", name, what=name)

    def field(self, name):
        return self.js("const all = document.querySelectorAll(`form.code [name=${arguments[0]}]:not(:disabled)`); "
                       "return all[all.length - 1]", name)

    def fill(self, **values):
        for name, value in values.items():
            field = self.field(name)
            if field.tag_name == "select":
                self.js("arguments[0].value = arguments[1]; arguments[0].dispatchEvent(new Event('input', {bubbles: true}));"
                        "arguments[0].dispatchEvent(new Event('change', {bubbles: true}))", field, value)
            else:
                field.clear()
                field.send_keys(value)
        self.js("document.activeElement.blur()")

    def save(self):
        self.js("document.querySelector('form.code').requestSubmit()")
        self.until("return !document.querySelector('form.code')", what="a save")
        self.until("return document.getElementById('status').textContent.startsWith('Saved')")

    def click(self, label):
        """Press the button that says this."""
        self.until("""const found = [...document.querySelectorAll("button")].find((each) => each.checkVisibility()
            && ((each.getAttribute("aria-label") || each.innerText).trim().startsWith(arguments[0])));
            if (found) found.click(); return Boolean(found);""", label, what=label)

    def open(self, passage):
        """Go to a passage, by its id."""
        self.js("choose(arguments[0])", passage)

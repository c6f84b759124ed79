"""Headless Chromium, as a person looks at Airflow's UI with it."""

import contextlib
import functools
import math
import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from selenium.common.exceptions import (
    ElementClickInterceptedException,
    ElementNotInteractableException,
    StaleElementReferenceException,
    TimeoutException,
)
from selenium.webdriver import Chrome, ChromeOptions, ChromeService
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.ui import WebDriverWait

LONGEST_WAIT_SECONDS = 240
RELOAD_AFTER_SECONDS = 60


class Person:
    """Someone at a browser, who takes pictures of what is to be seen."""

    def __init__(self, browser: Chrome, address: str, pictures: Path) -> None:
        self.browser = browser
        self.address = address
        self.pictures = pictures

    def open(self, path: str) -> None:
        self.browser.get(f"{self.address}{path}")

    def sees(self, *texts: str) -> None:
        """Wait until the page shows these texts."""
        for text in texts:
            self._wait(repr(text), functools.partial(self._has, text))

    def _has(self, text: str) -> bool:
        return text in self.browser.find_element(By.TAG_NAME, "body").text

    def write(self, xpath: str, text: str) -> None:
        self._once_there(xpath, lambda element: element.send_keys(text))

    def click(self, xpath: str) -> None:
        self._once_there(xpath, lambda element: element.click())

    def picture(self, name: str) -> None:
        self.browser.save_screenshot(str(self.pictures / f"{name}.png"))

    def sign_in(self, user: str, password: str) -> None:
        self.open("/")
        self.write("//input[@name='username']", user)
        self.write("//input[@name='password']", password)
        self.click("//button[@type='submit']")
        self.sees("Welcome")

    def _once_there(self, xpath: str, do: Callable[[WebElement], None]) -> None:
        """Do something with the first visible element of its kind, once nothing covers it.

        A page where it does not come to that within a minute is loaded once more, as anybody would.
        """
        reload_at = time.monotonic() + RELOAD_AFTER_SECONDS

        def done() -> bool:
            nonlocal reload_at
            if time.monotonic() > reload_at:
                self.browser.refresh()
                reload_at = math.inf
            elements = self.browser.find_elements(By.XPATH, xpath)
            visible = [element for element in elements if element.is_displayed()]
            if visible:
                do(visible[0])
            return bool(visible)

        self._wait(xpath, done)

    def _wait(self, what: str, found: Callable[[], bool]) -> None:
        # The page may be drawn anew between finding an element and using it.
        passing = (
            StaleElementReferenceException,
            ElementClickInterceptedException,
            ElementNotInteractableException,
        )
        wait = WebDriverWait(self.browser, LONGEST_WAIT_SECONDS, ignored_exceptions=passing)
        try:
            wait.until(lambda _: found(), f"{what} did not appear: {self.browser.current_url}")
        except TimeoutException:
            self.picture("what was there instead")
            raise


@contextlib.contextmanager
def person_at(address: str, pictures: Path) -> Iterator[Person]:
    options = ChromeOptions()
    options.binary_location = str(shutil.which("chromium"))
    for argument in ("--headless=new", "--no-sandbox", "--window-size=1600,1100"):
        options.add_argument(argument)
    with Chrome(options, ChromeService(shutil.which("chromedriver"))) as browser:
        yield Person(browser, address, pictures)

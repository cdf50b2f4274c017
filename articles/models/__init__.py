"""The tables of the library, which publishing derives from the files."""

from articles.models.articles import Article, ArticleTopic, OldPath, Redirect
from articles.models.authors import Author
from articles.models.bodies import ArticleBody, BodyImage, BodyKeyword, BodyLink
from articles.models.exams import Domain, Exam, Topic
from articles.models.items import StudyItem, StudyText
from articles.models.pages import PlainPage
from articles.models.reports import StudyReport
from articles.models.searches import SearchMiss

__all__ = [
    "Article",
    "ArticleBody",
    "ArticleTopic",
    "Author",
    "BodyImage",
    "BodyKeyword",
    "BodyLink",
    "Domain",
    "Exam",
    "OldPath",
    "PlainPage",
    "Redirect",
    "SearchMiss",
    "StudyItem",
    "StudyReport",
    "StudyText",
    "Topic",
]
